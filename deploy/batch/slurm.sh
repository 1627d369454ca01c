#!/bin/sh
# Slurm: up to 16 workers of one job.     sbatch slurm.sh "$HOME/.isolario/JOB.env"
# Tried with Slurm 22.05 and a stand-in for the worker: docs/workers-elsewhere.md says how.
#SBATCH --job-name=isolario
#SBATCH --array=1-16
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --time=08:00:00
# 90 seconds before the time limit the worker is told to give its tasks back ("B": the batch script, which it has become).
#SBATCH --signal=B:TERM@90
# A lost node: the same array index again, elsewhere.
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=isolario-%A_%a.log
exec isolario-worker "$1"

using System.Globalization;
using Progeny.Core.Common;

namespace Progeny.Core.Training;

/// <summary>
/// Makes one growing fraction of the parts of a training: reading the rows is a tenth, each run of the trainer an equal share.
/// </summary>
internal sealed class ProgressTracker(IProgress<TrainingProgress>? progress) : IProgress<long>
{
    private const double Read = 0.1;
    private readonly Lock _lock = new();
    private int _trainings = 1;
    private int _training = -1;
    private double _last;

    public void Plan(int trainings) => _trainings = trainings;

    public void Reading(long rows) =>
        Send(TrainingStage.Source, 0, string.Create(CultureInfo.InvariantCulture, $"reading the source: {rows} rows"), null);

    public void StartTraining(string rows)
    {
        _training++;
        Report(TrainingStage.Data, 0, $"preparing {rows}");
    }

    /// <summary>A part of the current training, of which the trainer's own work is from 0.05 to 0.85.</summary>
    public void Report(TrainingStage stage, double part, string message, IReadOnlyDictionary<string, double>? metrics = null) =>
        Send(stage, Read + (1 - Read) * (Math.Max(0, _training) + part) / _trainings, message, metrics);

    public void Trainer(TrainerProgress said) =>
        Report(TrainingStage.Trainer, 0.05 + 0.8 * (said.Fraction ?? 0), said.Message.Length > 0 ? said.Message : "training", said.Metrics);

    public void Done() => Send(TrainingStage.Evaluation, 1, "done", null);

    void IProgress<long>.Report(long rows) => Reading(rows);

    private void Send(TrainingStage stage, double fraction, string message, IReadOnlyDictionary<string, double>? metrics)
    {
        if (progress is null)
            return;
        lock (_lock)
        {
            _last = Math.Max(_last, fraction);
            progress.Report(new(stage, _last, message, metrics ?? new Dictionary<string, double>()));
        }
    }
}

using Progeny.Core.Evaluation;

namespace Progeny.Replay.Metrics;

/// <summary>
/// How good the answers were, on the outcomes reported so far, beside a baseline without a model: always the majority class, and always
/// the share of late flights that training saw. Safe for use from many threads.
/// </summary>
/// <param name="lateShare">The share of late flights before the replay.</param>
internal sealed class Score(double lateShare)
{
    private static readonly string[] s_classes = ["0", "1"];
    private readonly List<(int Truth, double Late)> _outcomes = [];
    private readonly Lock _lock = new();

    /// <summary>An outcome that was reported, and the probability of being late that was answered before.</summary>
    public void Add(long truth, double late)
    {
        lock (_lock)
            _outcomes.Add(((int)truth, late));
    }

    /// <summary>The figures; null before the first outcome.</summary>
    public ScoreFigures Read()
    {
        (int Truth, double Late)[] outcomes;
        lock (_lock)
            outcomes = [.. _outcomes];
        int[] truth = [.. outcomes.Select(outcome => outcome.Truth)];
        var model = PredictionSet.OfClasses(s_classes, truth, [.. outcomes.SelectMany(outcome => Both(outcome.Late))]);
        var baseline = PredictionSet.OfClasses(s_classes, truth, [.. outcomes.SelectMany(_ => Both(lateShare))]);
        return outcomes.Length == 0
            ? new(0, null, null, null, null)
            : new(outcomes.Length, new Accuracy().Compute(model), new Accuracy().Compute(baseline), new LogLoss().Compute(model), new LogLoss().Compute(baseline));
    }

    private static double[] Both(double late) => [1 - late, late];
}

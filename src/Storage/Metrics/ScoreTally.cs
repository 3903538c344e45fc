using System.Text.Json;
using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using Progeny.Core.Rollouts;

namespace Progeny.Storage.Metrics;

/// <summary>What the scores of a batch change: each takes the place of the one that its query had.</summary>
/// <param name="arrived">When the outcomes came, in seconds since 1970.</param>
/// <param name="age">The time by which windows are old.</param>
internal sealed class ScoreTally(long arrived, DateTimeOffset age)
{
    private readonly Dictionary<(string Project, string QueryId), StoredScore> _scores = [];
    private readonly Dictionary<FigureKey, MetricFigure> _figures = [];
    private readonly Dictionary<ArrivalKey, MetricFigure> _arrivals = [];
    private readonly List<(string Project, bool IsAdded, StoredScore Score)> _changes = [];

    /// <summary>The last score of each query.</summary>
    public IReadOnlyDictionary<(string Project, string QueryId), StoredScore> Scores => _scores;

    /// <summary>What is added to figures of windows that are kept; a negative one takes away what was added.</summary>
    public IReadOnlyDictionary<FigureKey, MetricFigure> Figures => _figures;

    /// <summary>What is added to figures by the time at which outcomes came. Of a part that is gone nothing is to be taken away.</summary>
    public IReadOnlyDictionary<ArrivalKey, MetricFigure> Arrivals => _arrivals;

    /// <summary>The part of the time in which these outcomes came.</summary>
    public long ArrivalStart { get; } = ArrivalKey.StartOf(arrived);

    /// <summary>The changes of scores, in their order.</summary>
    public IReadOnlyList<(string Project, bool IsAdded, StoredScore Score)> Changes => _changes;

    /// <summary>Adds the scores of a batch, in their order.</summary>
    /// <param name="find">Finds the score that a query has in the database; null: none.</param>
    /// <param name="idOf">The number of a generation in the database.</param>
    public void Add(
        IEnumerable<OutcomeScore> scores, Func<(string Project, string QueryId), StoredScore?> find, Func<GenerationReference, long> idOf)
    {
        foreach (var score in scores)
        {
            var key = (score.Project, score.QueryId);
            if ((_scores.GetValueOrDefault(key) ?? find(key)) is { } old)
                Count(score.Project, old, -1);
            var stored = new StoredScore(
                idOf(score.Generation),
                JsonSerializer.Serialize(score.Values),
                score.Arm,
                score.Reason,
                score.Sequence,
                score.At.ToUnixTimeMilliseconds(),
                arrived,
                score.Cluster);
            Count(score.Project, stored, 1);
            _scores[key] = stored;
        }
    }

    private void Count(string project, StoredScore score, int sign)
    {
        _changes.Add((project, sign > 0, score));
        Add(score, FigureKey.OutcomesName, ArrivalKey.CountName, new MetricFigure(0, sign));
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, double>>(score.Figures)!)
            Add(score, name, name, new MetricFigure(sign * value, sign));
    }

    private void Add(StoredScore score, string name, string arrivalName, MetricFigure figure)
    {
        var isShadow = score.Reason == Reasons.Shadow;
        foreach (var resolution in MetricsResolution.All)
        {
            var start = resolution.StartOf(score.Second);
            if (resolution.Keeps(start, age))
                Add(_figures, new FigureKey(score.Generation, resolution.Seconds, start, name, score.Arm, isShadow), figure);
        }

        if (score.Arrived != 0)
            Add(_arrivals, new ArrivalKey(score.Generation, arrivalName, ArrivalKey.StartOf(score.Arrived)), figure);
    }

    private static void Add<TKey>(Dictionary<TKey, MetricFigure> sums, TKey key, MetricFigure figure)
        where TKey : notnull => sums[key] = sums.GetValueOrDefault(key) + figure;
}

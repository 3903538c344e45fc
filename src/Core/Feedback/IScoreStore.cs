using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Metrics;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Feedback;

/// <summary>
/// The part of the perfdb that late outcomes reach: how good predictions were, in the windows of their time. Each report of an outcome
/// counts once: it is stored together with the place up to which reports have been read.
/// </summary>
public interface IScoreStore
{
    /// <summary>The place in the list of reports up to which they are scored; 0: none is.</summary>
    Task<long> GetPlaceAsync(CancellationToken cancellationToken);

    /// <summary>Reports whose query was not in the log when they came, and that are due to be tried again.</summary>
    /// <param name="longest">What is due only after more than this waited by a clock that was put back since: it is due now.</param>
    Task<IReadOnlyList<WaitingOutcome>> ListWaitingAsync(
        DateTimeOffset now, TimeSpan longest, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Stores scores in one transaction: a score of a query that has one already replaces it in its window. Those that wait are
    /// remembered, those that were scored or given up are not any more.
    /// </summary>
    /// <returns>False, and nothing stored, where another node has moved the place meanwhile.</returns>
    Task<bool> ApplyAsync(ScoreBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// A metric by arm and generation over the predictions since a time, each by its last outcome: a correction counts once.
    /// </summary>
    /// <param name="metric"><see cref="MetricsPoint.LossName"/> or one of the project's own.</param>
    Task<IReadOnlyList<ArmScores>> ReadArmsAsync(string project, DateTimeOffset since, string metric, CancellationToken cancellationToken);

    /// <summary>
    /// What became of a generation's predictions, by the time at which their outcome came (five minutes more or less): the number of
    /// outcomes, and the sum of each metric. A correction counts in place of what it corrects, when it came.
    /// </summary>
    /// <param name="since">At most the last 30 days in which outcomes came are kept.</param>
    /// <param name="until">Outcomes that came after it do not count.</param>
    Task<(long Outcomes, IReadOnlyDictionary<string, MetricFigure> Figures)> ReadArrivedAsync(
        GenerationReference generation, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>The place of the last change of a score of all projects; 0: there was none.</summary>
    Task<long> GetLastChangeAsync(CancellationToken cancellationToken);

    /// <summary>The changes of a project's scores behind a place, in their order. They are kept for 30 days.</summary>
    Task<IReadOnlyList<ScoreChange>> ReadChangesAsync(string project, long after, int limit, CancellationToken cancellationToken);

    /// <summary>Removes the scores of queries, and the outcomes that wait for them. The windows keep their figures.</summary>
    /// <returns>How many.</returns>
    Task<long> EraseAsync(string project, IReadOnlyCollection<string> queryIds, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a part of the scores of a generation whose records are gone, and none else: a correction of what has a record must find the
    /// score that it replaces. The windows keep their figures.
    /// </summary>
    /// <returns>Whether there may be more.</returns>
    Task<bool> SweepAsync(LogStart begin, CancellationToken cancellationToken);
}

using Progeny.Core.Explanations;
using Progeny.Core.Explanations.Replays;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;

namespace Progeny.Grains.Explanations;

/// <summary>Logged queries asked again on this silo, of the very generation that answered them, whatever its stage.</summary>
public interface IReplayService
{
    /// <summary>Reproduces a prediction; null: there is no such query in the log.</summary>
    /// <param name="sequence">The place of the record, of several with the id; null: the newest.</param>
    /// <exception cref="ReplayException">It cannot be reproduced; the message says why.</exception>
    /// <exception cref="ModelException">The model cannot be loaded, or fails.</exception>
    Task<(QueryRecord Record, Replay Replay)?> ReplayAsync(
        string project, string queryId, long? sequence, CancellationToken cancellationToken);

    /// <summary>Says why a prediction is what it is; null: there is no such query in the log.</summary>
    /// <param name="sequence">The place of the record, of several with the id; null: the newest.</param>
    /// <exception cref="ReplayException">It cannot be explained; the message says why.</exception>
    /// <exception cref="ModelException">The model cannot be loaded, or fails.</exception>
    /// <exception cref="TimeoutException">It took longer than an explanation may.</exception>
    Task<(QueryRecord Record, Explanation Explanation)?> ExplainAsync(
        string project, string queryId, long? sequence, ExplanationRequest request, CancellationToken cancellationToken);
}

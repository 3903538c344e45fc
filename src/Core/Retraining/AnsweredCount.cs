using Progeny.Core.Datasets;
using Progeny.Core.Feedback;
using Progeny.Core.Manifests;
using Progeny.Core.Training;

namespace Progeny.Core.Retraining;

/// <summary>How many logged queries a training could take that were not known at a mark; counts on from where it counted last.</summary>
public sealed class AnsweredCount
{
    private QueryMark from;
    private QueryMark reached;
    private long count;

    /// <param name="queries">The logged queries.</param>
    /// <param name="manifest">A project whose source has queries.</param>
    /// <param name="mark">Where the training before stopped.</param>
    public async Task<long> SinceAsync(IAnsweredQueries queries, Manifest manifest, QueryMark mark, CancellationToken cancellationToken)
    {
        if (mark != from)
            (from, reached, count) = (mark, mark, 0);
        var end = await queries.GetEndAsync(cancellationToken);
        if (end == reached)
            return count;
        var more = await queries.CountAsync(
            new AnsweredRequest
            {
                Project = manifest.Name,
                From = reached,
                To = end,
                Projection = LoggedRows.Projection(TrainerSchema.From(manifest)),
            }, cancellationToken);
        (reached, count) = (end, count + more);
        return count;
    }
}

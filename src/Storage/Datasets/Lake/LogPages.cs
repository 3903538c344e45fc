using System.Runtime.CompilerServices;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>Reads the log of a project page by page.</summary>
internal static class LogPages
{
    private const int PageRows = 1_000;

    /// <summary>The logged queries, the newest first; what is logged meanwhile is not among them.</summary>
    public static async IAsyncEnumerable<LoggedQuery> ReadAsync(
        IQueryLog log, string project, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? before = null;
        do
        {
            var page = await log.ListAsync(project, null, null, before, PageRows, cancellationToken);
            foreach (var query in page)
                yield return query;
            before = page.Before;
        }
        while (before is not null);
    }
}

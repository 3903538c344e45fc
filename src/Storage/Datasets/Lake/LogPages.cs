using System.Globalization;
using System.Runtime.CompilerServices;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>Reads the log of a project page by page.</summary>
internal static class LogPages
{
    private const int PageRows = 1_000;

    /// <summary>
    /// The logged queries, the newest first, then those that only the archive has; what is logged meanwhile is not among them.
    /// </summary>
    /// <param name="max">The most queries.</param>
    /// <exception cref="LakeException">There are more.</exception>
    public static async IAsyncEnumerable<LoggedQuery> ReadAsync(
        IQueryLog log, IQueryArchive? archive, string project, int max, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = archive?.IsOn == true ? new HashSet<long>() : null;
        var count = 0;
        await foreach (var query in ReadAsync(log, project, cancellationToken))
        {
            Count();
            known?.Add(query.Sequence);
            yield return query;
        }

        if (known is null)
            yield break;
        await foreach (var query in archive!.ReadAsync(project, cancellationToken))
        {
            if (!known.Add(query.Sequence))
                continue;
            Count();
            yield return query;
        }

        void Count()
        {
            if (++count > max)
                throw new LakeException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{project}' has more than {max} logged queries, and a query over them reads all (Datasets:MaxRecords). Export them "
                        + $"('progeny queries export'), and ask the files."));
        }
    }

    private static async IAsyncEnumerable<LoggedQuery> ReadAsync(
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

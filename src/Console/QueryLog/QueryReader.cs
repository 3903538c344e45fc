using System.Globalization;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Core.QueryLog;

namespace Progeny.Console.QueryLog;

/// <summary>Reads what the pages of queries show.</summary>
internal sealed class QueryReader(IClusterClient cluster, IQueryLog log, QueryFinder finder, IQueryErasure erasure)
{
    private const int PageLength = 100;

    /// <summary>A page of the log; null where there is no such project. A filter that cannot be read is left out.</summary>
    public async Task<QueriesView?> ListAsync(string project, string? version, string? before, CancellationToken cancellationToken)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return null;
        var only = version is not null && GenerationReference.TryParse(project, version, out var reference) ? reference : null;
        long? start = long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : null;
        var queries = await log.ListAsync(project, only?.Release, only?.Generation, start, PageLength, cancellationToken);
        return new QueriesView(project, only?.Version, queries, start is null, queries.Before);
    }

    public Task<LoggedQuery?> FindAsync(string project, string id, CancellationToken cancellationToken) =>
        finder.FindAsync(project, id, cancellationToken);

    /// <summary>When and by whom a query was erased; null: it was not.</summary>
    public Task<ErasureNote?> FindErasureAsync(string project, string id, CancellationToken cancellationToken) =>
        erasure.FindAsync(project, id, cancellationToken);
}

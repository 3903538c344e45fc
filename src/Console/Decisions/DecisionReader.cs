using System.Globalization;
using Progeny.Abstractions.Projects;
using Progeny.Core.Decisions;

namespace Progeny.Console.Decisions;

/// <summary>Reads what was decided.</summary>
internal sealed class DecisionReader(IClusterClient cluster, IDecisionLog log)
{
    private const int PageLength = 100;

    /// <summary>A page of a project's decisions; null where there is no such project. A sequence that cannot be read is left out.</summary>
    public async Task<DecisionsView?> ListAsync(string project, string? before, CancellationToken cancellationToken)
    {
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return null;
        long? start = long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : null;
        var decisions = await log.ListAsync(project, null, start, PageLength + 1, cancellationToken);
        var shown = decisions.Take(PageLength).ToList();
        return new DecisionsView(project, shown, start is null, decisions.Count > PageLength ? shown[^1].Sequence : null);
    }
}

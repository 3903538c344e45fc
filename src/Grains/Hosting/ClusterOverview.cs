using Progeny.Abstractions.Hosting;
using Progeny.Core.Hosting;

namespace Progeny.Grains.Hosting;

/// <inheritdoc/>
internal sealed class ClusterOverview(IGrainFactory grains) : IClusterOverview
{
    // A silo that takes longer is shown without what it would say.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    public async Task<IReadOnlyList<NodeOverview>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var members = await grains.GetGrain<IManagementGrain>(0).GetDetailedHosts(onlyActive: false, cancellationToken);
        var recent = members
            // One that left in an orderly way was suspected by nobody.
            .Where(member => member.Status != SiloStatus.Dead || (member.SuspectTimes is { Count: > 0 } && LastSeen(member) > now - TimeSpan.FromHours(1)))
            .GroupBy(member => (member.SiloName, member.Status == SiloStatus.Dead))
            // Of a node that was started again and again, its last death.
            .SelectMany(same => same.Key.Item2 ? same.OrderByDescending(LastSeen).Take(1) : same);
        return [.. (await Task.WhenAll(recent.Select(AskAsync))).OrderBy(node => node.Name, StringComparer.Ordinal).ThenBy(node => node.IsDead)];
    }

    private static DateTimeOffset LastSeen(MembershipEntry member) =>
        new(DateTime.SpecifyKind(member.IAmAliveTime > member.StartTime ? member.IAmAliveTime : member.StartTime, DateTimeKind.Utc));

    private async Task<NodeOverview> AskAsync(MembershipEntry member)
    {
        var node = new NodeOverview(member.SiloName, member.SiloAddress.Endpoint.ToString(), member.Status.ToString().ToLowerInvariant(), LastSeen(member));
        if (member.Status != SiloStatus.Active)
            return node;
        try
        {
            return node with { Status = await grains.GetGrain<INodeGrain>(member.SiloAddress.ToParsableString()).GetStatus().WaitAsync(Limit) };
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            return node with { State = "silent" };
        }
    }
}

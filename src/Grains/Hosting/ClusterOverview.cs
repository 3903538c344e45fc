using Microsoft.Extensions.DependencyInjection;
using Progeny.Abstractions.Common;
using Progeny.Abstractions.Hosting;
using Progeny.Core.Hosting;

namespace Progeny.Grains.Hosting;

/// <inheritdoc/>
internal sealed class ClusterOverview(IGrainFactory grains, IServiceProvider services) : IClusterOverview
{
    // A silo that takes longer is shown without what it would say.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    public async Task<IReadOnlyList<NodeOverview>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var recent = (await ListMembersAsync(now, cancellationToken))
            // One that left in an orderly way was suspected by nobody.
            .Where(member => member.Status != SiloStatus.Dead || (member.IsSuspected && member.SeenAt > now - TimeSpan.FromHours(1)))
            .GroupBy(member => (member.Name, member.Status == SiloStatus.Dead))
            // Of a node that was started again and again, its last death.
            .SelectMany(same => same.Key.Item2 ? same.OrderByDescending(member => member.SeenAt).Take(1) : same);
        var shown = await Task.WhenAll(recent.Select(AskAsync));
        return [.. shown.OrderBy(node => node.Name, StringComparer.Ordinal).ThenBy(node => node.IsDead)];
    }

    private async Task<IEnumerable<Member>> ListMembersAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var own = services.GetService<IClusterMembershipService>();
        try
        {
            var table = grains.GetGrain<IManagementGrain>(0).GetDetailedHosts(onlyActive: false, cancellationToken);
            return (await table.WaitAsync(Limit, cancellationToken)).Select(member => new Member(
                member.SiloName, member.SiloAddress, member.Status, LastSeen(member), IsSuspected: member.SuspectTimes is { Count: > 0 }));
        }
        catch (Exception exception)
            when (own is not null && exception is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            // The database is away, or the silo that is asked for the members has just died. What this silo knows holds; only of the dead
            // it does not know when they died.
            return own.CurrentSnapshot.Members.Values.Where(member => member.Status != SiloStatus.Dead)
                .Select(member => new Member(member.Name, member.SiloAddress, member.Status, now, IsSuspected: false));
        }
        catch (Exception exception) when (
            exception is not (OutOfMemoryException or OrleansException or TimeoutException or OperationCanceledException))
        {
            throw new StorageUnavailableException($"The members of the cluster cannot be read now: {exception.Message}", exception);
        }
    }

    private static DateTimeOffset LastSeen(MembershipEntry member) =>
        new(DateTime.SpecifyKind(member.IAmAliveTime > member.StartTime ? member.IAmAliveTime : member.StartTime, DateTimeKind.Utc));

    private async Task<NodeOverview> AskAsync(Member member)
    {
        var state = member.Status.ToString().ToLowerInvariant();
        var node = new NodeOverview(member.Name, member.Address.Endpoint.ToString(), state, member.SeenAt);
        if (member.Status != SiloStatus.Active)
            return node;
        try
        {
            return node with { Status = await grains.GetGrain<INodeGrain>(member.Address.ToParsableString()).GetStatus().WaitAsync(Limit) };
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            return node with { State = "silent" };
        }
    }

    private sealed record Member(string Name, SiloAddress Address, SiloStatus Status, DateTimeOffset SeenAt, bool IsSuspected);
}

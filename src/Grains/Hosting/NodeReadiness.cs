using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Progeny.Core.Common;

namespace Progeny.Grains.Hosting;

/// <summary>
/// Whether this node can answer queries. One that lost its database answers from memory; one that is cut off from the database and from all
/// other nodes does not know any more what was decided, and so is not ready.
/// </summary>
public sealed class NodeReadiness(IHostApplicationLifetime host, IDatabaseHealth database, IServiceProvider services, TimeProvider time)
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private (long At, bool IsAlone) _checked;

    /// <summary>Whether all of the node has started.</summary>
    public bool HasStarted => host.ApplicationStarted.IsCancellationRequested;

    /// <summary>Why the node is not to be asked; null: it is ready.</summary>
    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        if (host.ApplicationStopping.IsCancellationRequested)
            return "The node stops.";
        if (!HasStarted)
            return "The node starts.";
        if (services.GetService<IClusterMembershipService>() is not { } membership)
            return await IsConnectedAsync(cancellationToken) ? null : "No node of the cluster can be reached.";
        if (database.Unreachable == TimeSpan.Zero || PeersIn(membership) is not { Count: > 0 } peers)
            return null;
        return await IsAloneAsync(peers, cancellationToken)
            ? $"The node is cut off: it reaches neither the database, for {database.Unreachable.TotalSeconds:0} s ({database.Problem}), "
                + $"nor one of the {peers.Count} other nodes."
            : null;
    }

    private async Task<bool> IsAloneAsync(IReadOnlyList<SiloAddress> peers, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_checked.At == 0 || time.GetElapsedTime(_checked.At) >= CheckInterval)
            {
                var reached = await Task.WhenAll(peers.Select(ReachesAsync));
                _checked = (time.GetTimestamp(), !reached.Contains(true));
            }

            return _checked.IsAlone;
        }
        finally
        {
            _turn.Release();
        }
    }

    private List<SiloAddress> PeersIn(IClusterMembershipService membership)
    {
        var own = services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        return [
            .. membership.CurrentSnapshot.Members.Values.Where(
                member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(own)).Select(member => member.SiloAddress),
        ];
    }

    /// <summary>Whether this process, which has no silo, reaches one.</summary>
    private async Task<bool> IsConnectedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await services.GetRequiredService<IClusterClient>().GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true, cancellationToken)
                .WaitAsync(CallLimit, time, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            return false;
        }
    }

    private static async Task<bool> ReachesAsync(SiloAddress silo)
    {
        using var socket = new Socket(silo.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(ConnectLimit);
        try
        {
            await socket.ConnectAsync(silo.Endpoint, limit.Token);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}

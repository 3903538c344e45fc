using System.Diagnostics;
using System.Net.Http.Json;

namespace Progeny.Cluster.Tests;

/// <summary>
/// A balancer as <c>deploy/haproxy</c> has one: round robin over the nodes that are ready, by two checks of four a second. A request
/// whose node cannot be reached or ends without an answer goes to another node once more, where that may be done.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    private const int Checks = 2;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly IReadOnlyList<ClusterNode> _nodes;
    private readonly bool[] _isIn;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _checks;
    private int _turn;

    public Balancer(IReadOnlyList<ClusterNode> nodes)
    {
        _nodes = nodes;
        _isIn = [.. nodes.Select(_ => true)];
        _checks = Task.WhenAll(Enumerable.Range(0, nodes.Count).Select(CheckAsync));
    }

    /// <summary>Waits until a node gets requests.</summary>
    public async Task UntilInAsync(ClusterNode node)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!Volatile.Read(ref _isIn[IndexOf(node)]))
            await Task.Delay(20, limit.Token);
    }

    /// <summary>Posts JSON.</summary>
    /// <param name="again">Whether another node is asked where one ends without an answer.</param>
    public async Task<BalancedAnswer> PostAsync(string path, object body, bool again)
    {
        var since = Stopwatch.GetTimestamp();
        var node = Next(null);
        var answer = await TryAsync(node, path, body);
        var isRepeated = answer.Status == 0 && again;
        if (isRepeated)
            answer = await TryAsync(Next(node), path, body);
        return answer with { IsRepeated = isRepeated, Took = Stopwatch.GetElapsedTime(since) };
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _checks;
        _stop.Dispose();
    }

    private static async Task<BalancedAnswer> TryAsync(ClusterNode node, string path, object body)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            using var response = await node.Http.PostAsJsonAsync(path, body, limit.Token);
            return new BalancedAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(limit.Token), node.Name);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return new BalancedAnswer(0, exception.Message, node.Name);
        }
    }

    private int IndexOf(ClusterNode node) => _nodes.Index().First(entry => entry.Item == node).Index;

    private ClusterNode Next(ClusterNode? besides)
    {
        for (var tries = 0; tries < _nodes.Count; tries++)
        {
            var index = (int)((uint)Interlocked.Increment(ref _turn) % (uint)_nodes.Count);
            if (_nodes[index] != besides && Volatile.Read(ref _isIn[index]))
                return _nodes[index];
        }

        return _nodes.First(node => node != besides);
    }

    private async Task CheckAsync(int index)
    {
        var same = 0;
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                same = await IsReadyAsync(_nodes[index]) == _isIn[index] ? 0 : same + 1;
                if (same < Checks)
                    continue;
                Volatile.Write(ref _isIn[index], !_isIn[index]);
                same = 0;
            }
        }
        catch (OperationCanceledException)
        {
            // The balancer ends.
        }
    }

    private async Task<bool> IsReadyAsync(ClusterNode node)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(CheckLimit);
        try
        {
            return await node.IsReadyAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return false;
        }
    }
}

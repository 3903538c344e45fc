using System.Text.Json.Nodes;

namespace Progeny.Cluster.Tests;

/// <summary>Promotes one of two generations after the other, through a balancer that asks nobody twice.</summary>
internal sealed class Promoter
{
    private readonly Balancer _balancer;
    private readonly string _project;
    private readonly Findings _findings;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _number;

    public Promoter(Balancer balancer, string project, TimeSpan interval, Findings findings)
    {
        _balancer = balancer;
        _project = project;
        _findings = findings;
        _running = RunAsync(interval);
    }

    /// <summary>How many promotions were acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>How many got no answer, or an error: whether they were made is not known.</summary>
    public int Unknown { get; private set; }

    /// <summary>The version of the plan that was seen last.</summary>
    public long PlanVersion { get; private set; }

    /// <summary>Promotes the other generation.</summary>
    /// <returns>Its version; null: that was not acknowledged.</returns>
    public async Task<string?> PromoteAsync()
    {
        var version = $"1.0.0:{(++_number % 2) + 1}";
        var answer = await _balancer.PostAsync(
            $"/api/projects/{_project}/promotions", new { version, reason = $"number {_number}" }, again: false);
        if (answer.Status != 200)
        {
            _findings.Note(
                $"{DateTime.UtcNow:HH:mm:ss.fff} promotion {_number} {answer.Described}");
            Unknown++;
            return null;
        }

        Acknowledged++;
        return version;
    }

    /// <summary>Waits until two more promotions were acknowledged.</summary>
    public Task UntilAcknowledgedAsync()
    {
        var wanted = Acknowledged + 2;
        return Processes.UntilAsync(() => Acknowledged >= wanted, "two more promotions are acknowledged");
    }

    /// <summary>Reads the version of the plan, which must never be less than before.</summary>
    public async Task<JsonNode> ReadPlanAsync(ClusterNode node)
    {
        var plan = await node.GetAsync($"/api/projects/{_project}/rollout");
        var version = (long)plan["version"]!;
        _findings.Expect(
            version >= PlanVersion, $"The plan of {_project} on {node.Name} has version {version}, and had {PlanVersion} before.");
        PlanVersion = Math.Max(version, PlanVersion);
        return plan;
    }

    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                await PromoteAsync();
        }
        catch (OperationCanceledException)
        {
            // It is ended.
        }
    }
}

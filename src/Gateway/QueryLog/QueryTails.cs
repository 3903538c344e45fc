using System.Collections.Concurrent;
using Progeny.Abstractions.Releases;
using Progeny.Core.Serving.Inference;

namespace Progeny.Gateway.QueryLog;

/// <summary>The clients of this node that follow queries: how many there may be, and what those of a project share.</summary>
internal sealed class QueryTails(IClusterClient cluster, ServingOptions options, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, ProjectTail> projects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> clients = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly Lock gate = new();
    private int all;

    /// <summary>Lets a client in.</summary>
    /// <param name="project">A project that is there.</param>
    /// <param name="generation">Only queries that this one answered; null: all.</param>
    /// <returns>Its tail, which leaves when it is disposed; or why there is none.</returns>
    public async Task<(QueryTail? Tail, IResult? Refusal)> JoinAsync(string project, GenerationReference? generation)
    {
        if (Enter(project) is { } refusal)
            return (null, refusal);
        var shared = projects.GetOrAdd(project, static (name, cluster) => new ProjectTail(name, cluster), cluster);
        var tail = new QueryTail(generation, sending, time, LeaveAsync);
        try
        {
            await shared.AddAsync(tail);
            return (tail, null);
        }
        catch
        {
            Leave(project);
            throw;
        }

        async Task LeaveAsync(QueryTail left)
        {
            Leave(project);
            await shared.RemoveAsync(left);
        }
    }

    public void Dispose()
    {
        sending.Dispose();
        foreach (var project in projects.Values)
            project.Dispose();
    }

    private IResult? Enter(string project)
    {
        lock (gate)
        {
            var own = clients.GetValueOrDefault(project);
            if (own >= options.MaxTailsOfProject)
                return Refuse(
                    StatusCodes.Status429TooManyRequests,
                    $"'{project}' is followed by {own} clients already, the most allowed (Serving:MaxTailsOfProject).");
            if (all >= options.MaxTails)
                return Refuse(
                    StatusCodes.Status503ServiceUnavailable,
                    $"This node is followed by {all} clients already, the most allowed (Serving:MaxTails).");
            clients[project] = own + 1;
            all++;
            return null;
        }
    }

    private void Leave(string project)
    {
        lock (gate)
        {
            all--;
            if (--clients[project] == 0)
                clients.Remove(project);
        }
    }

    private static IResult Refuse(int status, string detail) =>
        TypedResults.Problem(statusCode: status, title: "Too many clients", detail: detail);
}

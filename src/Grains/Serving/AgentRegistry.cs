using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Progeny.Core.Serving.Routing;

namespace Progeny.Grains.Serving;

/// <summary>The online agents of this silo, which their grains add when they are activated and remove when they are deactivated.</summary>
internal sealed class AgentRegistry
{
    private readonly ConcurrentDictionary<string, (OnlineAgent Agent, IGrainContext Owner)> agents = new(StringComparer.Ordinal);

    /// <summary>The agents by their projects, with the activations that own them.</summary>
    public IEnumerable<KeyValuePair<string, (OnlineAgent Agent, IGrainContext Owner)>> All => agents;

    /// <summary>How long nobody has asked any project; the greatest time there is where nobody has for long.</summary>
    public TimeSpan IdleFor => agents.Select(pair => pair.Value.Agent.IdleFor).DefaultIfEmpty(TimeSpan.MaxValue).Min();

    public void Add(string project, OnlineAgent agent, IGrainContext owner) => agents[project] = (agent, owner);

    /// <summary>Removes an agent, unless another one is in its place.</summary>
    public void Remove(string project, OnlineAgent agent, IGrainContext owner) => agents.TryRemove(new(project, (agent, owner)));

    public bool TryGet(string project, [NotNullWhen(true)] out OnlineAgent? agent)
    {
        var isThere = agents.TryGetValue(project, out var known);
        agent = known.Agent;
        return isThere;
    }
}

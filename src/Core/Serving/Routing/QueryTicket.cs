namespace Progeny.Core.Serving.Routing;

/// <summary>The right of a query to be under way on this silo, until disposed.</summary>
public readonly struct QueryTicket : IDisposable
{
    private readonly OnlineAgent? agent;

    public QueryTicket(OnlineAgent? agent) => this.agent = agent;

    /// <summary>Whether there is none: as many queries are under way as the project may have.</summary>
    public bool IsRefused => agent is null;

    public void Dispose() => agent?.Leave();
}

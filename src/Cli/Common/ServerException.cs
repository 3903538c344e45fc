using System.Net;

namespace Progeny.Cli.Common;

/// <summary>The server refused a request or failed on it.</summary>
internal sealed class ServerException(HttpStatusCode status, ServerProblem? problem, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>What the server said; null where it did not say it as problem details.</summary>
    public ServerProblem? Problem { get; } = problem;
}

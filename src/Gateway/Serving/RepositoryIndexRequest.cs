namespace Progeny.Gateway.Serving;

/// <summary>What the index of the repository is asked for.</summary>
/// <param name="Ready">Whether only models that answer queries are wanted.</param>
internal sealed record RepositoryIndexRequest(bool Ready = false);

namespace Progeny.Core.Lifecycle;

/// <summary>Where outcomes are pulled from: SQL over a feed that yields <c>query_id</c> and <c>outcome</c>.</summary>
public sealed record OutcomesManifest
{
    public required string Feed { get; init; }

    public required string Query { get; init; }
}

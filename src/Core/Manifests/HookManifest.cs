namespace Progeny.Core.Manifests;

/// <summary>A webhook that is called at a step of a rollout, and that may refuse the step (docs/gates.md).</summary>
public sealed record HookManifest
{
    public required HookEvent On { get; init; }

    /// <summary>The name of a webhook that an operator configured.</summary>
    public required string Webhook { get; init; }

    /// <summary>How long it may take to answer; the operator's limit for the webhook holds as well.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What happens when it does not answer; a rollback goes on whatever happens.</summary>
    public HookFailure OnFailure { get; init; }
}

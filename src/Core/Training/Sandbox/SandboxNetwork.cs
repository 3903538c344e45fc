namespace Progeny.Core.Training.Sandbox;

/// <summary>The network of programs in the sandbox; the setting <c>Jobs:Network</c>.</summary>
public enum SandboxNetwork
{
    /// <summary>A loopback interface of the job's own, and nothing else.</summary>
    None,

    /// <summary>The network of the node, its own loopback interface included.</summary>
    Host,
}

namespace Progeny.Core.Training.Sandbox;

/// <summary>Whether the programs of jobs run in a sandbox; the setting <c>Jobs:Sandbox</c>.</summary>
public enum SandboxMode
{
    /// <summary>They do where one can be had; else without, and programs of projects are refused.</summary>
    Auto,

    /// <summary>They do, and a node where none can be had does not start.</summary>
    Required,

    /// <summary>They do not, and programs of projects are refused unless <c>Jobs:AllowUnsandboxed</c> lets them run.</summary>
    Off,
}

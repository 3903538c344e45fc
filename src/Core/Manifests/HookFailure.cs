namespace Progeny.Core.Manifests;

/// <summary>What happens when a hook does not answer, or not in a way that can be understood.</summary>
public enum HookFailure
{
    /// <summary>The generation is refused.</summary>
    Refuse,

    /// <summary>The generation goes on as if the hook had allowed it.</summary>
    Proceed,
}

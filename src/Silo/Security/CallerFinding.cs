using Progeny.Core.Security;

namespace Progeny.Silo.Security;

/// <summary>Who sent a request, or why that is not known.</summary>
/// <param name="Caller">The caller; null: nobody has proved who they are.</param>
/// <param name="Problem">What is wrong with the proof that was given; null: nothing, or none was given.</param>
public readonly record struct CallerFinding(Caller? Caller, string? Problem)
{
    /// <summary>Whether nobody can say at the moment whether the proof is right: the caller is to ask again.</summary>
    public bool IsUnavailable { get; init; }

    /// <summary>Whether the proof is right, but does not stand for a request like this one.</summary>
    public bool IsForbidden { get; init; }

    /// <summary>Nobody has given a proof.</summary>
    public static CallerFinding None => default;
}

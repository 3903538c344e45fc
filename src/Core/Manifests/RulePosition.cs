namespace Progeny.Core.Manifests;

/// <summary>Whether a rule runs before the model or after it.</summary>
public enum RulePosition
{
    Before,
    After,
}

namespace Progeny.Silo.Security;

/// <summary>Who must prove who they are, and how; the section <c>Security</c> (docs/security.md).</summary>
public sealed class SecurityOptions
{
    /// <summary>The section of the settings.</summary>
    public const string Section = "Security";

    /// <summary>Whether everybody has to prove who they are.</summary>
    public bool Enabled { get; set; }
}

namespace Progeny.Core.Security;

/// <summary>
/// A place where a node is reached from elsewhere, or reaches another machine, without protection, which the operator has allowed
/// (docs/tls.md).
/// </summary>
/// <param name="Description">The place, and what it lacks.</param>
public sealed record Exposure(string Description)
{
    /// <summary>The setting that allows it.</summary>
    public const string Setting = "Security:AllowInsecure";

    /// <summary>Allows an exposure, or refuses it.</summary>
    /// <param name="setting">The value of <see cref="Setting"/>.</param>
    /// <param name="description">The place, and what it lacks.</param>
    /// <param name="right">What would be right instead.</param>
    /// <exception cref="ExposureException">The operator has not allowed it.</exception>
    public static Exposure Allow(string? setting, string description, string right) =>
        bool.TryParse(setting, out var isAllowed) && isAllowed
            ? new(description)
            : throw new ExposureException($"{description}; {right}, or set {Setting}=true where something else protects it (docs/tls.md).");
}

namespace Progeny.Gateway.Hosting;

internal static class GatewayDefaults
{
    /// <summary>Loopback only, where nothing else is configured: nobody has to prove who they are.</summary>
    public static IReadOnlyDictionary<string, string?> Settings { get; } =
        new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["urls"] = "http://127.0.0.1:8080" };
}

namespace Progeny.Gateway.Hosting;

internal static class GatewayDefaults
{
    /// <summary>What holds where nothing else is configured: loopback only, since nobody has to prove who they are.</summary>
    public static void AddGatewayDefaults(this ConfigurationManager configuration, string[] args)
    {
        configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["urls"] = "http://127.0.0.1:8080",
                ["Logging:LogLevel:Default"] = "Information",
                ["Logging:LogLevel:Microsoft"] = "Warning",
                ["Logging:LogLevel:Orleans"] = "Warning",
            },
        });
        configuration.AddEnvironmentVariables("PROGENY_");
        configuration.AddCommandLine(args);
    }
}

namespace Orleans.TestingHost;

/// <summary>The settings of a test cluster.</summary>
public class TestClusterOptions
{
    public string ClusterId { get; set; } = "";

    public string ServiceId { get; set; } = "";

    public int BaseSiloPort { get; set; } = 11111;

    public int BaseGatewayPort { get; set; } = 30000;

    /// <summary>One; more are refused.</summary>
    public short InitialSilosCount { get; set; } = 1;

    public bool InitializeClientOnDeploy { get; set; } = true;

    public bool ConfigureFileLogging { get; set; } = true;

    public bool UseTestClusterMembership { get; set; } = true;

    public bool GatewayPerSilo { get; set; } = true;
}

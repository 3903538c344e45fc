namespace Progeny.Grains.Hosting;

/// <summary>Settings of the silo, configuration section <c>Silo</c>.</summary>
public sealed class SiloOptions
{
    /// <summary>The port for other silos, on loopback; 0: any free one.</summary>
    public int Port { get; set; }
}

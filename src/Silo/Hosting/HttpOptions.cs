using Progeny.Grains.Common;

namespace Progeny.Silo.Hosting;

/// <summary>
/// What the node takes of connections and requests before it knows who sends them; the section <c>Http</c> (docs/tls.md).
/// </summary>
public sealed class HttpOptions
{
    /// <summary>The section of the settings.</summary>
    public const string Section = "Http";

    /// <summary>The most connections at once; further ones are closed.</summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// The most connections at once of one address (of IPv6, of its first 64 bits); 0: as many as <see cref="MaxConnections"/>.
    /// </summary>
    public int MaxConnectionsPerAddress { get; set; }

    /// <summary>The most bytes of the first line of a request.</summary>
    public int MaxRequestLineBytes { get; set; } = 8 * 1024;

    /// <summary>The most bytes of all headers of a request together.</summary>
    public int MaxHeaderBytes { get; set; } = 32 * 1024;

    /// <summary>The most headers of a request.</summary>
    public int MaxHeaders { get; set; } = 100;

    /// <summary>How long the headers of a request may take to come; then the connection is closed.</summary>
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection may be without a request; then it is closed.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>Checks the settings.</summary>
    /// <exception cref="SettingException">One is out of its bounds.</exception>
    internal HttpOptions Checked()
    {
        Require(nameof(MaxConnections), MaxConnections, 1, 1_000_000);
        Require(nameof(MaxConnectionsPerAddress), MaxConnectionsPerAddress, 0, 1_000_000);
        Require(nameof(MaxRequestLineBytes), MaxRequestLineBytes, 1_024, 1 << 20);
        Require(nameof(MaxHeaderBytes), MaxHeaderBytes, 1_024, 1 << 20);
        Require(nameof(MaxHeaders), MaxHeaders, 10, 10_000);
        Require(nameof(HeaderTimeout), HeaderTimeout);
        Require(nameof(KeepAliveTimeout), KeepAliveTimeout);
        return this;
    }

    private static void Require(string key, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new SettingException($"{Section}:{key} is {value}; it must be {least} to {most}.");
    }

    private static void Require(string key, TimeSpan value)
    {
        if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromHours(1))
            throw new SettingException($"{Section}:{key} is {value:c}; it must be 00:00:01 to 01:00:00.");
    }
}

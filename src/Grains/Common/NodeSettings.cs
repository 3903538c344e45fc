using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace Progeny.Grains.Common;

/// <summary>Where a node's settings come from, and how they are read.</summary>
public static class NodeSettings
{
    // Below the ports that Linux gives to connections: one of those could take the port before the silo listens there.
    private const int MinFreePort = 20_000;
    private const int EndFreePort = 32_768;
    private const int MaxAttempts = 100;

    private static readonly Dictionary<string, string?> Defaults = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Orleans"] = "Warning",
        // They report, with stack traces, each try to reach a silo that has gone; whoever called says what came of it.
        ["Logging:LogLevel:Polly"] = "Critical",
        ["Logging:LogLevel:Orleans.Messaging"] = "Critical",

        // They report, with stack traces, each queue of the live tails that goes with its silo.
        ["Logging:LogLevel:Orleans.Streams"] = "Critical",
        ["Logging:LogLevel:Orleans.Providers"] = "Critical",

        // With any level at all it opens an activity and a scope for each request, for nobody.
        ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
    };

    /// <summary>
    /// The command line for the host's builder: <c>appsettings.json</c> is read once. To follow its changes the host would watch the whole
    /// content root, which may hold the data folder, where a file changes with every query that is logged.
    /// </summary>
    public static string[] HostArguments(string[] args) => ["--hostBuilder:reloadConfigOnChange=false", .. args];

    /// <summary>
    /// Adds what all nodes share: the lowest word for the defaults, and the last for the environment (<c>PROGENY_</c> and the key with
    /// <c>__</c> for <c>:</c>) and then for the command line (<c>--key value</c>).
    /// </summary>
    /// <param name="defaults">Further defaults, of this kind of node.</param>
    public static void AddNodeSettings(
        this IConfigurationBuilder configuration, string[] args, IEnumerable<KeyValuePair<string, string?>>? defaults = null)
    {
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [.. Defaults, .. defaults ?? []] });
        configuration.AddEnvironmentVariables("PROGENY_");
        configuration.AddCommandLine(args);
    }

    /// <summary>The settings of a section, with the class's own defaults for those that are not given.</summary>
    /// <exception cref="SettingException">A value does not fit the type of its setting.</exception>
    public static T Read<T>(this IConfiguration configuration, string section)
        where T : class, new()
    {
        var options = new T();
        configuration.ReadInto(section, options);
        return options;
    }

    /// <inheritdoc cref="Read"/>
    public static void ReadInto(this IConfiguration configuration, string section, object options)
    {
        try
        {
            configuration.GetSection(section).Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            // The binder's message names the value, the key and the type.
            throw new SettingException(exception.Message, exception);
        }
    }

    /// <summary>A port of loopback to listen on: the one that was set, or for 0 one that is free.</summary>
    /// <exception cref="SettingException">Another program listens there, or it is no port.</exception>
    internal static int FreePort(string key, int port)
    {
        if (port is < 0 or > IPEndPoint.MaxPort)
            throw new SettingException($"{key} is {port}; it must be a port, 1 to {IPEndPoint.MaxPort}, or 0 for any that is free.");
        if (port == 0)
            return AnyFreePort(key);
        return ListenProblem(port) is { } problem
            ? throw new SettingException(
                $"{key} is {port}, where this node cannot listen ({problem.Message}); name a free port, or 0 for any.", problem)
            : port;
    }

    private static int AnyFreePort(string key)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var candidate = Random.Shared.Next(MinFreePort, EndFreePort);
            if (ListenProblem(candidate) is null)
                return candidate;
        }

        throw new SettingException(
            $"{key} is 0, and {MaxAttempts} ports of {MinFreePort} to {EndFreePort - 1} were tried, none of them free; name one.");
    }

    /// <summary>Why nothing can listen on a port of loopback; null: something can.</summary>
    private static SocketException? ListenProblem(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return null;
        }
        catch (SocketException exception)
        {
            return exception;
        }
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;

namespace Progeny.Cli.Common;

/// <summary>The options of every command that talks to a server.</summary>
internal sealed class ServerOptions
{
    private const string Default = "http://127.0.0.1:8080";

    private readonly CliContext context;

    private readonly Option<Uri?> server = new("--server")
    {
        Description = $"The server's address; without it PROGENY_SERVER, or else {Default}.",
        HelpName = "URL",
        CustomParser = Parse,
    };

    private readonly Option<string?> key = new("--key")
    {
        Description = "The key to send, which others on this machine can read from the command line; better in PROGENY_KEY, or in the "
            + "file that PROGENY_KEY_FILE names (~/.config/progeny/key).",
        HelpName = "KEY",
    };

    private readonly Option<bool> json = new("--json") { Description = "Print the server's answer as it is." };

    private ServerOptions(CliContext context) => this.context = context;

    /// <summary>Adds the options to a command.</summary>
    public static ServerOptions AddTo(Command command, CliContext context, bool withJson = true)
    {
        var options = new ServerOptions(context);
        command.Add(options.server);
        command.Add(options.key);
        if (withJson)
            command.Add(options.json);
        return options;
    }

    /// <summary>Whether the answer is wanted as it is.</summary>
    public bool WantsJson(ParseResult result) => result.GetValue(json);

    /// <exception cref="CliException">The address in the environment is none, or the key cannot be read.</exception>
    public ServerClient Connect(ParseResult result)
    {
        var sent = ServerKey.Find(context, result.GetValue(key));
        if (result.GetValue(server) is { } given)
            return new ServerClient(given, sent);
        var configured = context.Configuration["Server"];
        if (string.IsNullOrEmpty(configured))
            configured = Default;
        return TryParse(configured, out var address)
            ? new ServerClient(address, sent)
            : throw new CliException($"PROGENY_SERVER: {Problem(configured)}", ExitCodes.Usage);
    }

    private static Uri? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (TryParse(text, out var address))
            return address;
        result.AddError($"--server: {Problem(text)}");
        return null;
    }

    private static bool TryParse(string text, out Uri address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address!) && (address.Scheme is "http" or "https") && address.Host.Length > 0;

    private static string Problem(string text) => $"'{text}' is no address of a server; one looks like {Default}.";
}

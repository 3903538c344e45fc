namespace Progeny.Cli.Common;

/// <summary>Nothing answers at the server's address, or the connection broke.</summary>
internal sealed class ServerUnreachableException(Uri address, HttpRequestException inner)
    : Exception(
        $"No server answers at {ServerClient.Shown(address)} ({Reason(inner)}); './run.sh --no-replay' starts one on "
        + "http://127.0.0.1:8080, "
        + "--server or PROGENY_SERVER names another.", inner)
{
    private static string Reason(HttpRequestException exception) => (exception.InnerException ?? exception).Message.TrimEnd('.');
}

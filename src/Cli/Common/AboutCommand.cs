using System.CommandLine;
using System.Reflection;
using Progeny.Contracts.Hosting;

namespace Progeny.Cli.Common;

/// <summary><c>progeny about</c></summary>
internal static class AboutCommand
{
    public static Command Create(CliContext context)
    {
        var command = new Command("about", "The version of a server, of its Orleans and of its ONNX Runtime.");
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<About>($"api/about", cancellationToken);
            if (server.WantsJson(result))
            {
                context.WriteRaw(answer.Json);
                return ExitCodes.Success;
            }

            var about = answer.Value;
            Tables.WritePairs(
                context.Out,
                ("server", $"{about.Product} {about.Version}"),
                ("node", about.Node),
                ("Orleans", about.Orleans),
                ("ONNX Runtime", about.OnnxRuntime),
                ("this command", typeof(AboutCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion));
            return ExitCodes.Success;
        });
        return command;
    }
}

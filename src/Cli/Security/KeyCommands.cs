using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Contracts.Security;

namespace Progeny.Cli.Security;

/// <summary><c>progeny key create</c>, <c>list</c>, <c>show</c>, <c>rotate</c> and <c>revoke</c></summary>
internal static class KeyCommands
{
    public static Command Create(CliContext context) =>
        new("key", "Make, rotate and revoke the keys of a server; needs one for everything (admin).")
    {
        CreateCreate(context),
        CreateList(context),
        CreateShow(context),
        CreateRotate(context),
        CreateRevoke(context),
    };

    private static Command CreateCreate(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "What decisions call who has the key." };
        var allow = new Option<string[]>("--allow")
        {
            Description = "A role or a grant, for one project or for all; may be given several times: developer:flights, viewer.",
            HelpName = "ROLE[:PROJECT]",
            Required = true,
        };
        var expires = DurationOption.Create("--expires", "For how long the key is accepted, e.g. 90d; without it for ever.");
        var command = new Command("create", "Make a key and print it, which happens this once.") { name, allow, expires };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            DateTimeOffset? expiresAt = result.GetValue(expires) is { } duration ? context.Time.GetUtcNow() + duration : null;
            var request = new ApiKeyRequest(result.GetRequiredValue(name), result.GetRequiredValue(allow), expiresAt);
            KeyPages.WriteNew(
                context, server.WantsJson(result), await client.PostAsync<NewApiKeyView>($"api/keys", request, cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command CreateList(CliContext context)
    {
        var all = new Option<bool>("--all") { Description = "Also those that have expired or were revoked." };
        var command = new Command("list", "The keys, without their secrets.") { all };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<IReadOnlyList<ApiKeyView>>($"api/keys", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                KeyPages.WriteList(context.Out, answer.Value, result.GetValue(all));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command CreateShow(CliContext context)
    {
        var key = Key();
        var command = new Command("show", "One key, without its secret.") { key };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<ApiKeyView>($"api/keys/{result.GetRequiredValue(key)}", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                KeyPages.Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command CreateRotate(CliContext context)
    {
        var key = Key();
        var overlap = DurationOption.Create("--overlap", "For how long the old key is accepted besides; without it 1h.");
        var command = new Command(
            "rotate", "Make a key that takes another's place, and print it, which happens this once.") { key, overlap };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var request = new KeyRotationRequest(result.GetValue(overlap)?.TotalSeconds);
            KeyPages.WriteNew(
                context,
                server.WantsJson(result),
                await client.PostAsync<NewApiKeyView>($"api/keys/{result.GetRequiredValue(key)}/rotate", request, cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command CreateRevoke(CliContext context)
    {
        var key = Key();
        var force = new Option<bool>("--force") { Description = "Also the last key for everything, after which nobody can make keys." };
        var command = new Command("revoke", "Have a key refused from now on; of a name all keys.") { key, force };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (id, forced) = (result.GetRequiredValue(key), result.GetValue(force) ? "true" : "false");
            var answer = await client.PostAsync<IReadOnlyList<ApiKeyView>>($"api/keys/{id}/revoke?force={forced}", null, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                KeyPages.WriteRevoked(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Argument<string> Key() => new("KEY") { Description = "The key's id or name." };
}

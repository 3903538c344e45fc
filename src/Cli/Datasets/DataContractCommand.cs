using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Progeny.Cli.Common;
using Progeny.Contracts.Datasets;
using Spectre.Console;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data contract</c></summary>
internal static class DataContractCommand
{
    private static readonly JsonSerializerOptions _indented = new()
    {
        WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create(CliContext context)
    {
        var dataset = DataArguments.Dataset();
        var infer = new Option<bool>("--infer") { Description = "Write a contract that the data keep; nothing is set." };
        var show = new Option<bool>("--show")
            { Description = "Show the contract in force, or the version asked for (what is done without options)." };
        var set = new Option<string?>("--set") { Description = "Set the contract of a file; - is the standard input.", HelpName = "FILE" };
        var history = new Option<bool>("--history") { Description = "List the versions of the contract." };
        var version = new Option<int?>("--version")
        {
            Description = "With --infer the version of the dataset, else that of the contract; without it the newest.", HelpName = "N",
        };
        var owner = new Option<string?>("--owner") { Description = "Who answers for the contract (--set).", HelpName = "NAME" };
        var force = new Option<bool>("--force") { Description = "Set it though it breaks what projects read." };
        var output = new Option<string?>("--output", "-o") { Description = "Write to a file.", HelpName = "FILE" };
        var command = new Command("contract", "The contract by which new versions and batches of a dataset are judged.")
        {
            dataset, infer, show, set, history, version, owner, force, output,
        };
        var reasons = ReasonOptions.AddTo(command);
        var server = ServerOptions.AddTo(command, context);
        command.Validators.Add(result =>
        {
            var chosen = new[]
                { result.GetValue(infer), result.GetValue(show), result.GetValue(set) is not null, result.GetValue(history) };
            if (chosen.Count(each => each) > 1)
                result.AddError("--infer, --show, --set and --history exclude each other.");
        });
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(dataset);
            var number = result.GetValue(version);
            if (result.GetValue(infer))
            {
                var inferred = await client.GetAsync<JsonObject>(
                    number is { } of
                        ? $"api/datasets/{name}/contract/inferred?version={of}"
                        : (FormattableString)$"api/datasets/{name}/contract/inferred",
                    cancellationToken);
                await WriteAsync(context, result.GetValue(output), inferred.Value.ToJsonString(_indented), cancellationToken);
            }
            else if (result.GetValue(set) is { } file)
            {
                var (by, reason) = reasons.Read(result);
                var request = new ContractRequest(
                    await ReadAsync(context, file, cancellationToken), result.GetValue(owner), reason, by, result.GetValue(force));
                var answer = await client.PutAsync<ContractView>($"api/datasets/{name}/contract", request, cancellationToken);
                if (server.WantsJson(result))
                    context.WriteRaw(answer.Json);
                else
                    context.Out.WriteLine(
                        $"Version {answer.Value.Version} of the contract of '{name}' is in force; owner: {answer.Value.Owner}.");
            }
            else if (result.GetValue(history))
            {
                var answer = await client.GetAsync<IReadOnlyList<ContractView>>($"api/datasets/{name}/contract/history", cancellationToken);
                if (server.WantsJson(result))
                    context.WriteRaw(answer.Json);
                else
                    WriteHistory(context, name, answer.Value);
            }
            else
            {
                var answer = await client.GetAsync<ContractView>(
                    number is { } of ? $"api/datasets/{name}/contract?version={of}" : (FormattableString)$"api/datasets/{name}/contract",
                    cancellationToken);
                if (server.WantsJson(result))
                    context.WriteRaw(answer.Json);
                else
                    await WriteAsync(
                        context, result.GetValue(output), JsonSerializer.Serialize(answer.Value.Document, _indented), cancellationToken);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<JsonElement> ReadAsync(CliContext context, string file, CancellationToken cancellationToken)
    {
        try
        {
            var text = file == "-" ? await Console.In.ReadToEndAsync(cancellationToken)
                : await File.ReadAllTextAsync(file, cancellationToken);
            return JsonElement.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
        }
        catch (JsonException exception)
        {
            throw new CliException($"{file} is no JSON: {exception.Message}", ExitCodes.Usage, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{file} cannot be read: {exception.Message}", ExitCodes.Usage, exception);
        }
    }

    private static async Task WriteAsync(CliContext context, string? file, string text, CancellationToken cancellationToken)
    {
        if (file is null)
            context.WriteRaw(text);
        else
            await File.WriteAllTextAsync(file, text + "\n", cancellationToken);
    }

    private static void WriteHistory(CliContext context, string name, IReadOnlyList<ContractView> versions)
    {
        if (versions.Count == 0)
        {
            context.Out.WriteLine($"'{name}' has no contract yet; progeny data contract {name} --infer writes one.");
            return;
        }

        var table = Tables.Create(context.Out, ["version", "set", "by", "owner", "why"]).RightAlign(0, 1);
        foreach (var version in versions)
        {
            table.AddTexts(
                version.Version.ToString(CultureInfo.InvariantCulture), Tables.Time(version.At), version.By,
                version.Owner, version.Reason ?? "");
        }

        context.Out.Write(table);
    }
}

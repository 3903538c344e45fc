using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Contracts.Hosting;

namespace Progeny.Cli.Hosting;

/// <summary><c>progeny cluster show</c></summary>
internal static class ClusterShowCommand
{
    public static Command Create(CliContext context)
    {
        var grains = new Option<bool>("--grains") { Description = "Show the activations of each kind of grain on each node as well." };
        var command = new Command(
            "show", "The nodes of the cluster: state, load, and what they hold. Exit code 1 where one is not active.") { grains };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<ClusterView>($"api/cluster", cancellationToken);
            if (server.WantsJson(result))
            {
                context.WriteRaw(answer.Json);
            }
            else
            {
                ClusterTables.WriteNodes(context.Out, answer.Value.Nodes, context.Time.GetUtcNow());
                if (result.GetValue(grains))
                    ClusterTables.WriteGrains(context.Out, answer.Value.Nodes);
            }

            return answer.Value.Nodes.All(node => IsThere(node, answer.Value.Nodes)) ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    /// <summary>Whether a node is active, or runs again under the name of one that is dead.</summary>
    internal static bool IsThere(NodeView node, IReadOnlyList<NodeView> nodes) =>
        node.State == ClusterTables.Active
            || (node.State == ClusterTables.Dead && nodes.Any(other => other.Name == node.Name && other.State == ClusterTables.Active));
}

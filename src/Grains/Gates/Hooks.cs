using System.Collections.Immutable;
using Progeny.Abstractions.Gates;
using Progeny.Core.Alerts;
using Progeny.Core.Manifests;

namespace Progeny.Grains.Gates;

/// <summary>Calls the hooks of a manifest.</summary>
internal sealed class Hooks(IWebhooks webhooks)
{
    /// <summary>Asks hooks, all at once, whether a step may be taken.</summary>
    /// <param name="messageOf">What a hook is asked.</param>
    /// <param name="isForced">Whether the step is taken whatever they say.</param>
    public async Task<ImmutableArray<GateVerdict>> AskAsync(
        IReadOnlyList<HookManifest> hooks, Func<HookManifest, HookMessage> messageOf, bool isForced, CancellationToken cancellationToken) =>
        [.. await Task.WhenAll(hooks.Select(hook => AskAsync(hook, messageOf(hook), isForced, cancellationToken)))];

    /// <summary>Tells a hook of something that has happened.</summary>
    /// <returns>Null: it has taken note. Else why not.</returns>
    public async Task<string?> TellAsync(HookManifest hook, HookMessage message, CancellationToken cancellationToken)
    {
        var answer = await webhooks.AskAsync(message.Project, hook.Webhook, message.Id, message.ToJson(), hook.Timeout, cancellationToken);
        return answer.Allow == true ? null : answer.Message;
    }

    private async Task<GateVerdict> AskAsync(HookManifest hook, HookMessage message, bool isForced, CancellationToken cancellationToken)
    {
        var answer = await webhooks.AskAsync(message.Project, hook.Webhook, message.Id, message.ToJson(), hook.Timeout, cancellationToken);
        var allows = answer.Allow ?? hook.OnFailure == HookFailure.Proceed;
        var said = answer.Allow switch
        {
            true => $"it allows {HookMessage.NameOf(hook.On)}: {answer.Message}",
            false => $"it refuses {HookMessage.NameOf(hook.On)}: {answer.Message}",
            null => $"it has no answer to {HookMessage.NameOf(hook.On)}: {answer.Message.TrimEnd('.')} (on_failure: "
                + $"{hook.OnFailure.ToString().ToLowerInvariant()})",
        };
        if (isForced && !allows)
            said += "; the promotion is forced and goes on";
        return new GateVerdict($"hook {hook.Webhook}", allows || isForced, said, ImmutableSortedDictionary<string, double>.Empty);
    }
}

namespace Progeny.Core.Manifests.Shapes;

/// <summary>What must be true between the keys of gates and of hooks.</summary>
internal sealed class GateChecks(ManifestNode root, ErrorList errors)
{
    public void Run()
    {
        var gates = root["gates"]?.Items ?? [];
        for (var i = 0; i < gates.Count; i++)
        {
            if (gates[i]["approval"] is null)
                Refuse(gates[i], $"gates[{i}]", "within", "is for gates with approval only");
        }

        var hooks = root["hooks"]?.Items ?? [];
        var called = new HashSet<(string On, string Webhook)>();
        for (var i = 0; i < hooks.Count; i++)
        {
            var on = hooks[i]["on"]?.AsText();
            if (on is not null && hooks[i]["webhook"] is { } webhook && webhook.AsText() is { } name && !called.Add((on, name)))
                errors.Add(webhook, $"hooks[{i}].webhook", $"{Quote.Of(name)} is called at {on} already");
            if (on == "rollback")
                Refuse(hooks[i], $"hooks[{i}]", "on_failure", "has no use for a rollback, which a hook is told of and cannot hold up");
        }
    }

    private void Refuse(ManifestNode map, string path, string key, string why)
    {
        foreach (var entry in map.Entries.Where(entry => entry.Name == key))
            errors.Add(entry.Key, $"{path}.{key}", why);
    }
}

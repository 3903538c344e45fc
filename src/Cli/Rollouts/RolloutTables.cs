using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Contracts.Rollouts;
using Spectre.Console;

namespace Progeny.Cli.Rollouts;

/// <summary>Plans for people.</summary>
internal static class RolloutTables
{
    public static void Write(IAnsiConsole console, RolloutView plan)
    {
        Tables.WritePairs(
            console,
            ("project", plan.Project),
            ("plan", plan.Version.ToString(CultureInfo.InvariantCulture)),
            ("since", Tables.Time(plan.At)),
            ("by", plan.By),
            ("why", plan.Reason),
            ("sticky key", plan.StickyKey),
            ("fallback", string.Join(" → ", plan.Fallback)));
        var table = Tables.Create(console, "arm", "generation", "share", "weight", "role").RightAlign(2, 4);
        foreach (var arm in plan.Arms)
            table.AddTexts(
                arm.Name,
                arm.Generation.ToString(),
                Share(arm),
                arm.Weight.ToString("G6", CultureInfo.InvariantCulture),
                RoleOf(plan, arm.Name));
        console.Write(table);
    }

    /// <summary>One line a plan.</summary>
    public static void WriteHistory(IAnsiConsole console, IReadOnlyList<RolloutView> plans)
    {
        var table = Tables.Create(console, "plan", "since", "by", "why", "arms").RightAlign(0, 1);
        foreach (var plan in plans)
        {
            var arms = string.Join(", ", plan.Arms.Select(arm => $"{arm.Name} {arm.Generation.Version} {Share(arm)}"));
            table.AddTexts(
                plan.Version.ToString(CultureInfo.InvariantCulture), Tables.Time(plan.At), plan.By ?? "", plan.Reason ?? "", arms);
        }

        console.Write(table);
    }

    private static string Share(RolloutViewArm arm) => (arm.Share * 100).ToString("0.####", CultureInfo.InvariantCulture) + " %";

    private static string RoleOf(RolloutView plan, string arm)
    {
        List<string> roles = [];
        if (arm == plan.Champion)
            roles.Add("champion");
        if (plan.Shadows.Contains(arm))
            roles.Add("shadow");
        if (plan.Fallback.Contains(arm))
            roles.Add("fallback");
        return string.Join(", ", roles);
    }
}

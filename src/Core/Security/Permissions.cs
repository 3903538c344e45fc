namespace Progeny.Core.Security;

/// <summary>What a caller may do. docs/security.md has the table of roles, permissions and endpoints.</summary>
[Flags]
public enum Permissions
{
    /// <summary>Nothing but what everybody may who has proved who they are: the own projects' names, the description of the API.</summary>
    None = 0,

    /// <summary>Read everything of a project but its queries.</summary>
    Read = 1 << 0,

    /// <summary>Read queries, follow them, replay and explain them.</summary>
    ReadData = 1 << 1,

    /// <summary>Ask for predictions.</summary>
    Predict = 1 << 2,

    /// <summary>Name the generation that answers a query.</summary>
    ChooseVersion = 1 << 3,

    /// <summary>Report outcomes.</summary>
    ReportOutcomes = 1 << 4,

    /// <summary>
    /// Release, train, tune, evaluate; start and end experiments; promote what passes its gates; read logs, packages and models.
    /// </summary>
    Develop = 1 << 5,

    /// <summary>Release programs that run on the nodes: <c>pipeline.command</c> and the like.</summary>
    RunPrograms = 1 << 6,

    /// <summary>Release manifests that name feeds.</summary>
    UseFeeds = 1 << 7,

    /// <summary>Release manifests that name webhooks.</summary>
    UseWebhooks = 1 << 8,

    /// <summary>Have generations of another project answer queries of this one: needed for the other one.</summary>
    LendGenerations = 1 << 9,

    /// <summary>Force promotions, roll back, set plans, retire and archive generations, pause the offline agent.</summary>
    Operate = 1 << 10,

    /// <summary>Read metrics and the state of nodes.</summary>
    ReadNodes = 1 << 11,

    /// <summary>Decommission projects, manage keys, read the audit log, erase personal data.</summary>
    Administer = 1 << 12,

    /// <summary>Everything.</summary>
    All = (1 << 13) - 1,
}

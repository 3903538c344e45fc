namespace Progeny.Core.Security;

/// <summary>To what the permissions of an endpoint belong.</summary>
public enum AccessScope
{
    /// <summary>To the project in the path.</summary>
    Project,

    /// <summary>To the project of the job in the path.</summary>
    Job,

    /// <summary>To the dataset in the path: roles and grants name datasets as they name projects.</summary>
    Dataset,

    /// <summary>
    /// To the experiment or the registered model that the request names: those of the name of a project belong to it. The endpoint checks
    /// them.
    /// </summary>
    Experiment,

    /// <summary>To no project: the permission is needed for all.</summary>
    Node,
}

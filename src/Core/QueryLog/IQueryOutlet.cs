namespace Progeny.Core.QueryLog;

/// <summary>A way out of the log of queries, as operators watch it.</summary>
public interface IQueryOutlet
{
    /// <summary>Its name in metrics, e.g. <c>rabbitmq</c>.</summary>
    string Name { get; }

    /// <summary>How many records went out since the node's start.</summary>
    long Published { get; }

    /// <summary>How many records did not, because whoever takes them was too slow or away for too long.</summary>
    long Dropped { get; }

    /// <summary>How many records wait.</summary>
    long Waiting { get; }
}

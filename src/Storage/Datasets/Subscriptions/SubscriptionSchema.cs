namespace Progeny.Storage.Datasets.Subscriptions;

/// <summary>The tables of subscriptions, the same on both databases.</summary>
internal static class SubscriptionSchema
{
    public const string Script =
        """
        CREATE TABLE dataset_subscriptions (
            dataset TEXT NOT NULL,
            name TEXT NOT NULL,
            document TEXT NOT NULL,
            status TEXT NOT NULL,
            PRIMARY KEY (dataset, name)
        );

        CREATE TABLE dataset_objects (
            dataset TEXT NOT NULL,
            subscription TEXT NOT NULL,
            path TEXT NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (dataset, subscription, path)
        );
        """;
}

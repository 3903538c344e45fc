using System.Data.Common;
using System.Text.Json;
using Dapper;
using Progeny.Core.Datasets.Subscriptions;

namespace Progeny.Storage.Datasets.Subscriptions;

/// <summary>Subscriptions in the database of the catalog.</summary>
internal sealed class SubscriptionStore(DatasetCatalog catalog) : ISubscriptionStore
{
    private static readonly JsonSerializerOptions _json = JsonSerializerOptions.Web;

    /// <inheritdoc/>
    public Task<IReadOnlyList<(Subscription Subscription, SubscriptionStatus Status)>> ListAsync(
        string? dataset, CancellationToken cancellationToken) =>
        catalog.ReadAsync<IReadOnlyList<(Subscription, SubscriptionStatus)>>(
            async (connection, token) =>
            [
                .. (await connection.QueryAsync<(string Document, string Status)>(new CommandDefinition(
                    $"""
                    SELECT document, status FROM dataset_subscriptions {(dataset is null ? "" : "WHERE dataset = :dataset")}
                    ORDER BY dataset, name
                    """,
                    new { dataset },
                    cancellationToken: token))).Select(row => (Read<Subscription>(row.Document), Read<SubscriptionStatus>(row.Status))),
            ],
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> AddAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        return catalog.WriteAsync(
            async (connection, token) => await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO dataset_subscriptions (dataset, name, document, status) VALUES (:Dataset, :Name, :document, :status)
                ON CONFLICT (dataset, name) DO NOTHING
                """,
                new
                {
                    subscription.Dataset,
                    subscription.Name,
                    document = JsonSerializer.Serialize(subscription, _json),
                    status = JsonSerializer.Serialize(new SubscriptionStatus(), _json),
                },
                cancellationToken: token)) > 0,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(string dataset, string name, CancellationToken cancellationToken) => catalog.WriteAsync(
        async (connection, token) =>
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "DELETE FROM dataset_objects WHERE dataset = :dataset AND subscription = :name",
                new { dataset, name },
                cancellationToken: token));
            return await connection.ExecuteAsync(new CommandDefinition(
                "DELETE FROM dataset_subscriptions WHERE dataset = :dataset AND name = :name",
                new { dataset, name },
                cancellationToken: token)) > 0;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<SubscriptionStatus?> ChangeAsync(
        string dataset, string name, Func<SubscriptionStatus, SubscriptionStatus> change, CancellationToken cancellationToken) =>
        catalog.WriteAsync((connection, token) => ChangeAsync(connection, dataset, name, change, token), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, TakenObject>> ListObjectsAsync(
        string dataset, string name, CancellationToken cancellationToken) =>
        catalog.ReadAsync<IReadOnlyDictionary<string, TakenObject>>(
            async (connection, token) => (await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT document FROM dataset_objects WHERE dataset = :dataset AND subscription = :name",
                new { dataset, name },
                cancellationToken: token))).Select(Read<TakenObject>).ToDictionary(item => item.Path, StringComparer.Ordinal),
            cancellationToken);

    /// <inheritdoc/>
    public Task EnterAsync(
        string dataset,
        string name,
        TakenObject item,
        Func<SubscriptionStatus, SubscriptionStatus> change,
        CancellationToken cancellationToken) => catalog.WriteAsync(
        async (connection, token) =>
        {
            // A subscription that was removed knows no objects.
            if (await ChangeAsync(connection, dataset, name, change, token) is null)
                return false;
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO dataset_objects (dataset, subscription, path, document) VALUES (:dataset, :name, :Path, :document)
                ON CONFLICT (dataset, subscription, path) DO UPDATE SET document = excluded.document
                """,
                new { dataset, name, item.Path, document = JsonSerializer.Serialize(item, _json) },
                cancellationToken: token));
            return true;
        },
        cancellationToken);

    private static async Task<SubscriptionStatus?> ChangeAsync(
        DbConnection connection,
        string dataset,
        string name,
        Func<SubscriptionStatus, SubscriptionStatus> change,
        CancellationToken cancellationToken)
    {
        // The row is locked before it is read, on every database.
        var found = await connection.QuerySingleOrDefaultAsync<string?>(new CommandDefinition(
            "UPDATE dataset_subscriptions SET status = status WHERE dataset = :dataset AND name = :name RETURNING status",
            new { dataset, name },
            cancellationToken: cancellationToken));
        if (found is null)
            return null;
        var changed = change(Read<SubscriptionStatus>(found));
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE dataset_subscriptions SET status = :status WHERE dataset = :dataset AND name = :name",
            new { dataset, name, status = JsonSerializer.Serialize(changed, _json) },
            cancellationToken: cancellationToken));
        return changed;
    }

    private static T Read<T>(string document) => JsonSerializer.Deserialize<T>(document, _json)!;
}

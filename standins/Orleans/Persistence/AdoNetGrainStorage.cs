using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Persistence;

namespace Orleans.Storage;

/// <summary>
/// States in a SQLite database, in the table and by the queries of Orleans' own provider: the same key hashes and parameters,
/// the queries read from the table OrleansQuery, so that either engine finds what the other wrote.
/// </summary>
internal sealed class AdoNetGrainStorage(string name, AdoNetGrainStorageOptions options, IOptions<ClusterOptions> cluster)
    : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly string serviceId = cluster.Value.ServiceId;
    private Dictionary<string, string> queries = [];

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe($"Grain storage {name}", options.InitStage, InitializeAsync);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) => Run(() =>
    {
        using var connection = Open();
        using var command = Command(connection, "ReadFromStorageKey", stateName, grainId);
        using var reader = command.ExecuteReader();
        var found = reader.Read();
        var payload = found && reader["PayloadBinary"] is byte[] bytes ? bytes : null;
        grainState.ETag = found && reader["Version"] is long version ? version.ToString(CultureInfo.InvariantCulture) : null;
        grainState.RecordExists = payload is not null;
        grainState.State = (payload is null ? default : options.GrainStorageSerializer.Deserialize<T>(new BinaryData(payload)))
            ?? StateActivator.Create<T>();
    }, cancellationToken);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        // Serialized in the turn of the grain: other turns may change the state while the database works.
        var payload = options.GrainStorageSerializer.Serialize(grainState.State).ToArray();
        return Run(() =>
        {
            using var connection = Open();
            using var command = Command(connection, "WriteToStorageKey", stateName, grainId);
            Add(command, "GrainStateVersion", VersionOf(grainState));
            Add(command, "PayloadBinary", payload);
            grainState.ETag = Changed(command, stateName, grainId, grainState.ETag);
            grainState.RecordExists = true;
        }, cancellationToken);
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        if (!grainState.RecordExists && string.IsNullOrWhiteSpace(grainState.ETag))
        {
            await ReadStateAsync(stateName, grainId, grainState, cancellationToken);
            if (!grainState.RecordExists)
                return;
        }

        await Run(() =>
        {
            using var connection = Open();
            using var command = Command(connection, options.DeleteStateOnClear ? "DeleteStorageKey" : "ClearStorageKey", stateName, grainId);
            Add(command, "GrainStateVersion", VersionOf(grainState));
            var tag = Changed(command, stateName, grainId, grainState.ETag);
            grainState.ETag = options.DeleteStateOnClear ? null : tag;
            grainState.RecordExists = false;
            grainState.State = StateActivator.Create<T>();
        }, cancellationToken);
    }

    private Task InitializeAsync(CancellationToken cancellationToken) => Run(() =>
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT QueryKey, QueryText FROM OrleansQuery";
        using var reader = command.ExecuteReader();
        Dictionary<string, string> found = [];
        while (reader.Read())
            found[reader.GetString(0)] = reader.GetString(1);
        string[] needed = ["WriteToStorageKey", "ReadFromStorageKey", "ClearStorageKey", .. options.DeleteStateOnClear ? ["DeleteStorageKey"] : Array.Empty<string>()];
        if (Array.Find(needed, each => !found.ContainsKey(each)) is { } missing)
            throw new OrleansConfigurationException($"Grain storage «{name}»: the table OrleansQuery has no «{missing}». Run the script that creates the tables.");
        queries = found;
    }, cancellationToken);

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(options.ConnectionString);
        connection.Open();
        return connection;
    }

    private SqliteCommand Command(SqliteConnection connection, string query, string stateName, GrainId grainId)
    {
        var key = new AdoNetGrainKey(grainId);
        var command = connection.CreateCommand();
        command.CommandText = queries[query];
        Add(command, "GrainIdHash", (int)StableHash.ComputeHash(key.HashedBytes()));
        Add(command, "GrainIdN0", key.N0);
        Add(command, "GrainIdN1", key.N1);
        Add(command, "GrainTypeHash", (int)StableHash.ComputeHash(Encoding.UTF8.GetBytes(stateName)));
        Add(command, "GrainTypeString", stateName);
        Add(command, "GrainIdExtensionString", key.Extension);
        Add(command, "ServiceId", serviceId);
        return command;
    }

    private static void Add(SqliteCommand command, string parameter, object? value) => command.Parameters.AddWithValue(parameter, value ?? DBNull.Value);

    private static int? VersionOf<T>(IGrainState<T> state) =>
        string.IsNullOrWhiteSpace(state.ETag) ? null : int.Parse(state.ETag, CultureInfo.InvariantCulture);

    /// <summary>The new version, which the query yields; none, or the old one, means that nothing was changed.</summary>
    private string? Changed(SqliteCommand command, string stateName, GrainId grainId, string? tag)
    {
        string? version = null;
        using (var reader = command.ExecuteReader())
        {
            do
            {
                while (reader.Read())
                    version = Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture);
            }
            while (reader.NextResult());
        }

        return string.IsNullOrEmpty(version) || version == tag
            ? throw new InconsistentStateException($"The state «{stateName}» of {grainId} in storage «{name}» (service «{serviceId}») was written elsewhere.", version, tag)
            : version;
    }

    /// <summary>SQLite works on the thread that asks it; the turns of the grain must not wait for the disk.</summary>
    private static Task Run(Action work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}

using Progeny.Storage.Common;
using Progeny.Storage.Datasets.Rows;
using Progeny.Storage.Datasets.Subscriptions;

namespace Progeny.Storage.Datasets;

/// <summary>The file <c>datasets.db</c> of a node that stands alone.</summary>
public sealed class DatasetDatabase(string path) : SqliteFile(
    path, $"{DatasetSchema.Script} {RowsSchema.Sqlite} {SubscriptionSchema.Script}", DatasetSchema.Version, "datasets");

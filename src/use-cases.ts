import { login, logout } from './registry/accounts.ts'
import { exportAuditTrail, readAuditTrail } from './registry/audit-trail.ts'
import { blockVersion, unblockVersion } from './registry/block-version.ts'
import { changePackage } from './registry/change-package.ts'
import { readCheckScript, removeCheckScript, setCheckScript } from './registry/check-script.ts'
import { deleteOrg } from './registry/delete-org.ts'
import { deleteUser } from './registry/delete-user.ts'
import { deprecate, deprecateVersion } from './registry/deprecate.ts'
import { describePackage, describeVersion, listVersions } from './registry/describe-package.ts'
import { describeFile, download } from './registry/download.ts'
import { grantAccess, revokeAccess } from './registry/grants.ts'
import { packagesOfOrg, packagesOfTeam, packagesOfUser } from './registry/held-packages.ts'
import { historyOfPackage, historyOfUser } from './registry/history.ts'
import { acceptInvitation, invite, readInvitation } from './registry/invitations.ts'
import { listInvitations, revokeInvitation } from './registry/issued-invitations.ts'
import { listPackages } from './registry/list-packages.ts'
import { countMembers, listMembers, removeMember, setMember } from './registry/org-members.ts'
import { createOrg, listOrgs } from './registry/orgs.ts'
import { addPasskey, beginPasskey, removePasskey, renamePasskey } from './registry/own-passkeys.ts'
import {
  beginSecondFactor,
  changeSecondFactor,
  confirmSecondFactor,
  endSecondFactor,
  endSecondFactorOf,
  readSecondFactor,
  renewRecoveryCodes,
  replaceSecondFactor,
  showSecondFactor,
} from './registry/own-second-factor.ts'
import {
  challengeMyself,
  endAllSessions,
  endSession,
  endSessionOf,
  leaveSession,
  listSessions,
  listSessionsOf,
  logInHere,
  openSession,
} from './registry/own-sessions.ts'
import { createToken, listTokens, readToken, revokeToken } from './registry/own-tokens.ts'
import { changeOwners, readMaintainer, replaceOwners } from './registry/owners.ts'
import { beginChallenge, collectChallenge, passChallenge, readChallenge } from './registry/pass-challenge.ts'
import { issueReset, readReset, useReset } from './registry/password-reset.ts'
import { changeProfile, readProfile } from './registry/profile.ts'
import { publish } from './registry/publish.ts'
import { setPublishFactor } from './registry/publish-factor.ts'
import { setOrgQuota, setUserQuota } from './registry/quotas.ts'
import { openDocument, readReport, readTags, readVersion } from './registry/read.ts'
import { readFile, readFiles, taggedVersion } from './registry/read-files.ts'
import { blockPackage, lockPackage, unblockPackage, unlockPackage } from './registry/restrictions.ts'
import { search } from './registry/search.ts'
import { endSensitivity, makeSensitive } from './registry/sensitivity.ts'
import { setStar, starredBy } from './registry/stars.ts'
import { dailyDownloads } from './registry/statistics.ts'
import { listStored, readOrgAccount, readOwnAccount, readUserAccount } from './registry/stored-accounts.ts'
import { removeTag, setTag } from './registry/tags.ts'
import { addTeamMember, listTeamMembers, removeTeamMember } from './registry/team-members.ts'
import { createTeam, deleteTeam, describeTeam, listTeams } from './registry/teams.ts'
import { transferPackage } from './registry/transfer.ts'
import { requireUnpublished, unpublishAllBut, unpublishVersion } from './registry/unpublish.ts'
import { completeUpload } from './registry/uploads/complete-upload.ts'
import { abortUpload } from './registry/uploads/end-upload.ts'
import { openUpload } from './registry/uploads/open-upload.ts'
import { listParts, signParts } from './registry/uploads/parts.ts'
import { readDryRunReport } from './registry/uploads/read-dry-run.ts'
import { listUploads, showUpload } from './registry/uploads/show-upload.ts'
import { usageOfOrg, usageOfPackage, usageOfRegistry, usageOfUser, usageOfVersion } from './registry/usage.ts'
import { topPackages, unusedPackages } from './registry/usage-lists.ts'
import { disableUser, enableUser, endLogins, listUsers, setRoles } from './registry/users.ts'
import { readAccess, setVisibility } from './registry/visibility.ts'
import { beginWebLogin, collectWebLogin, decideWebLogin, readWebLogin } from './registry/web-login.ts'

/** What somebody does with their own account, as protocols see it once it is bound to stores. */
export const accounts = {
  login,
  logout,
  beginWebLogin,
  readWebLogin,
  decideWebLogin,
  collectWebLogin,
  readProfile,
  readOwnAccount,
  changeProfile,
  listTokens,
  createToken,
  readToken,
  revokeToken,
}

/** Sessions and second factors. */
export const identity = {
  openSession,
  listSessions,
  endSession,
  endAllSessions,
  listSessionsOf,
  endSessionOf,
  showSecondFactor,
  beginSecondFactor,
  replaceSecondFactor,
  confirmSecondFactor,
  changeSecondFactor,
  endSecondFactor,
  endSecondFactorOf,
  renewRecoveryCodes,
  readSecondFactor,
  beginPasskey,
  addPasskey,
  renamePasskey,
  removePasskey,
  challengeMyself,
  leaveSession,
  logInHere,
  beginChallenge,
  collectChallenge,
  readChallenge,
  passChallenge,
}

/** The administration of people. */
export const people = {
  listUsers,
  readUserAccount,
  setRoles,
  disableUser,
  enableUser,
  endLogins,
  deleteUser,
  setUserQuota,
  invite,
  listInvitations,
  revokeInvitation,
  readInvitation,
  acceptInvitation,
  issueReset,
  readReset,
  useReset,
}

/** Organisations and teams. */
export const organisations = {
  createOrg,
  readOrgAccount,
  listOrgs,
  deleteOrg,
  setOrgQuota,
  setMember,
  removeMember,
  listMembers,
  countMembers,
  createTeam,
  describeTeam,
  listTeams,
  deleteTeam,
  addTeamMember,
  removeTeamMember,
  listTeamMembers,
}

export const packages = {
  listPackages,
  describePackage,
  listVersions,
  describeVersion,
  changePackage,
  publish,
  openDocument,
  readVersion,
  readTags,
  setTag,
  removeTag,
  deprecate,
  deprecateVersion,
  changeOwners,
  replaceOwners,
  readMaintainer,
  unpublishAllBut,
  unpublishVersion,
  requireUnpublished,
  readAccess,
  setVisibility,
  setPublishFactor,
  grantAccess,
  revokeAccess,
  makeSensitive,
  endSensitivity,
  readCheckScript,
  setCheckScript,
  removeCheckScript,
  lockPackage,
  unlockPackage,
  blockPackage,
  unblockPackage,
  blockVersion,
  unblockVersion,
  transferPackage,
  packagesOfUser,
  packagesOfOrg,
  packagesOfTeam,
  setStar,
  starredBy,
  readReport,
  download,
  describeFile,
  readFiles,
  readFile,
  taggedVersion,
  search,
}

/** Files that go to storage past the registry. */
export const uploads = {
  openUpload,
  listUploads,
  showUpload,
  signParts,
  listParts,
  completeUpload,
  abortUpload,
  readDryRunReport,
}

/** What was done, and by whom. */
export const records = {
  readAuditTrail,
  exportAuditTrail,
  historyOfUser,
  historyOfPackage,
  dailyDownloads,
  usageOfPackage,
  usageOfVersion,
  usageOfUser,
  usageOfOrg,
  usageOfRegistry,
  topPackages,
  unusedPackages,
  listStored,
}
